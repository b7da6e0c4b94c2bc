"""The parts of the pages on batches and on what they set aside. No page stands in this folder."""
