"""What somebody sees first after signing in: the work that waits for their role. Nothing is stored here.

- ``first_run``: what an empty instance still needs
- ``dashboards``: the first screen of each role
"""
