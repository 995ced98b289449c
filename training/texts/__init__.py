"""Words in several languages, and what they are filled with. No database here.

- ``letters``: the texts of mail, one file for each kind and language
- ``words``: the words for what is stored as a code, such as a state or a country
- ``proposed``: the titles of half-days that the product proposes, in every language
- ``links``: links in mail, which are marked while a letter is written and put in when it is sent
- ``seeds``: the themes and types that every instance begins with
- ``invented``: the names of demo data
- ``invented_courses``: what its trainings and programmes are about
- ``invented_catalogue``: its courses, with half-days and agenda
"""
