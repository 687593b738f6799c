"""What a comparison says, in every form: pages and tables for people, files for programs and CI servers.

Each room uses those before it: `text` (what is said, in words and figures), `charts` (the data of the plots), `html`
(the page around them), `formats` (one module per format).  None decides anything: what to do stands in
the comparison.
"""
