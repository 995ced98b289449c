"""Pages of ``announcements``: what differs from what others know, who is told, and their letters."""
