"""The attendance report: its figures, and the files that hold them.

The page and the files count the same rows. People of a confidential agency appear without their names.

- ``selection``: what a report is about, as filters
- ``half_days``: half-days on the days on which they are not the sessions
- ``participations``: one row for each person and training, counted from the registers
- ``supply``: what stands beside them: trainings and seats that were offered, who is to come, optional hours
- ``figures``: what the registers say, added up, and how final it is
- ``definitions``: the figures by name, and what each means
- ``header``: what a report says of itself
- ``at_once``: people who were marked in two places at one time
- ``notes``: what a reader should know before relying on the figures
- ``report``: all of that together, made once for the page and every file
- ``detail_rows``: one row for each registration and session, as a stream
- ``data_files``: the report for programs: figures as CSV, and the whole as JSON
- ``downloads``: the report as XLSX and PDF, and its rows as CSV and JSON
"""
