"""The attendance report: its figures, and the files that hold them.

The page and the files count the same rows. People of a confidential agency appear without their names.

- ``selection``: what a report is about, as filters
- ``participations``: one row for each person and training, counted from the registers
- ``figures``: what the registers say, added up, and how final it is
- ``definitions``: the figures by name, and what each means
- ``detail_rows``: one row for each registration and session, as a stream
- ``downloads``: the report as XLSX, CSV, JSON and PDF
"""
