"""What every page shares: words, the address, questions to the metrics, and how a figure is framed.

No page stands in this folder. (The folder `locale/` holds the catalogues only: a module of that name would
hide Python's own.)
"""
