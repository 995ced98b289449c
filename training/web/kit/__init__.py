"""Helpers of the views.

- ``access``: the only gate. It refuses a view that names no permission
- ``assets``: front-end files under their hashed names
- ``language``: languages, and the formats of dates and numbers
- ``labels``: words for the values of enumerations
- ``menu``: the navigation, and letters that wait, on every page of their training
- ``respond``: pages, paging, and files to download
- ``choices``: the choices that selects offer
- ``exports``: a list as a file
- ``edits``: an edit form never overwrites silently what somebody else changed
- ``reasons``: acts that need a reason, and their refusals
- ``once``: a form that is sent twice has one effect
- ``errors``: refusals and mistakes as pages
- ``security``: headers, cookies and limits of every request
"""
