"""Files that leave the system: CSV, XLSX and PDF, from plain rows, safe to open."""
