"""Pages of registrations: ``submissions``, ``decisions``, ``seats``, and the registered person's own page ``by_link``.

``registering`` is no page. It reads the form in which one page registers several people.
"""
