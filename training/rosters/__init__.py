"""Rosters: the spreadsheets in which agencies send their people, read into checked rows; no database here."""
