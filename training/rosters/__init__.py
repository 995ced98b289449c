"""Rosters: the spreadsheets in which agencies send their people, read into checked rows. No database here.

An upload is opened by a limited process of its own. What is guessed is marked as a guess, and what is wrong is named by
row and column.

- ``table``: a sheet as text
- ``child``: the process that opens an upload
- ``words``: the titles of columns in four languages
- ``example``: the list to fill in, and its example row
- ``values``: from a cell to a value
- ``contents``: what a column holds, told by its cells
- ``headers``: which column is what
- ``read``: from an upload to a table
- ``footers``: rows that hold no person
- ``rows``: from rows to people
"""
