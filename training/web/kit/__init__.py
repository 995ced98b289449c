"""What helps views and is no view.

- ``access``: the only gate; a view that names no permission is refused
- ``assets``: front-end files under their hashed names
- ``choices``: what selects offer
- ``errors``: refusals and mistakes as pages
- ``exports``: a list as a file
- ``labels``: words for the values of enumerations
- ``language``: languages, and the formats of dates and numbers
- ``menu``: the navigation
- ``once``: a form that is sent twice has one effect
- ``respond``: pages, paging, and files to download
- ``security``: headers, cookies and limits of every request
"""
