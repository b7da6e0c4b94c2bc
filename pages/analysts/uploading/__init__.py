"""The parts of the upload page: the work in the background, what was guessed, what would happen, the decision.

No page stands in this folder. A lake's files are read, judged and written by `etl`; here is only who waits for it.
"""
