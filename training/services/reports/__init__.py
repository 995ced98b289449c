"""The attendance report: its figures, and the files that hold them.

The page and the files count the same rows. People of a confidential agency appear without their names.

- ``figures``: what the registers say, filtered and added up
- ``detail_rows``: one row for each registration and session, as a stream
- ``downloads``: the report as XLSX, CSV, JSON and PDF
"""
