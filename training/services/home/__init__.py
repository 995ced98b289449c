"""What somebody sees first after signing in: the work that waits for their role. Nothing is stored here.

- ``dashboards``: the first screen of each role
"""
