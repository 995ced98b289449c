"""Pages of registrations: ``submissions``, ``decisions``, ``seats``, and the registered person's own page ``by_link``.

``registering`` is no page: it is what the page that registers people reads of a form for several.
"""
