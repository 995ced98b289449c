"""Arithmetic and tables without a database and without Flask. The same input always gives the same answer.

- ``names``: names folded into keys that find them in any script
- ``alike``: keys under which the spellings of one name meet
- ``seats``: who may take how many seats
- ``indicators``: the formulas of the attendance report
- ``rest_days``: weekends and holidays of countries, days in a row, and days of a series
- ``half_days``: the half-days of a course as text
- ``zones``: the zones that somebody may pick, and what a typed text means
- ``taken_twice``: what sessions lose when all of them get new instants at once
- ``walltime``: the time on a clock in a zone, and the instant that it stands for
- ``addresses``: whether letters can be sent to an e-mail address
- ``bounce_reports``: what a mail server says of a letter that came back
- ``return_paths``: the marks by which a letter that comes back is known
- ``passwords``: which passwords are accepted, and how they are stored
- ``countries``: the invented countries of demo data
"""
