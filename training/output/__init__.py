"""Files that leave the system: CSV, XLSX and PDF, from plain rows.

No cell becomes a formula where the file is opened.

- ``safe``: what a cell may hold
- ``csv``: CSV as a stream
- ``xlsx``: XLSX with several sheets
- ``pdf``: PDF by typst
- ``roster_template``: the list to download and fill in
"""
