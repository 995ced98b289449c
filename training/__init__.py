"""The training management system. ``training.app`` builds the application. No code imports this package.

The rules of clocks come from the pinned ``tzdata`` package alone, whatever the host has: its files may be older, and so
an hour off. This stands here because every process, a server, a command or a test, comes by here before it makes a zone.
"""

import zoneinfo

zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()  # what another library made before may follow the host's rules
