"""Pages of registrations: ``submissions``, ``decisions``, ``seats``, and the registered person's own page ``by_link``."""
