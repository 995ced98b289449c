"""Rosters: the spreadsheets in which agencies send their people, read into checked rows. No database here.

A limited process of its own opens an upload. A guess is marked as one. A mistake is named by row and column.

- ``table``: a sheet as text
- ``child``: the process that opens an upload
- ``words``: the titles of columns in four languages
- ``example``: the list to fill in, and its example row
- ``values``: from a cell to a value
- ``contents``: tells by its cells what a column holds
- ``headers``: tells which column holds which field
- ``read``: from an upload to a table
- ``footers``: rows that hold no person
- ``rows``: from rows to people
"""
