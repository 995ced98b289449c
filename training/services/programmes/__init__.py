"""Themes, and the programmes that fund trainings.

A training carries the theme of its programme, or a thematic area that this theme covers.

- ``themes``: thematic areas, multi-thematic themes, and the types of activities and agencies
- ``leaflets``: a theme's leaflets, one in a language
- ``overview``: what a theme's page shows of its trainings
- ``frames``: programmes, their states and their targets
- ``courses``: the catalogue of what is repeated, with its half-days
"""
