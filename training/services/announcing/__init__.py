"""The plan against what others know of it: what differs is shown, told once, and can be undone for a while.

- ``differences``: the plan against what was announced last
- ``announced_copies``: what others know, as copies of the plan
- ``announcements``: what differs is told once to those whom it concerns
- ``overtaken``: changes that are not announced while time overtakes them
"""
