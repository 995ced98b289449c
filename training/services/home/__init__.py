"""What somebody sees first after signing in.

Nothing is stored here: each role reads what waits for it.

- ``dashboards``: the first screen of each role
"""
