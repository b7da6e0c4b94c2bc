"""Parts of the snapshots page."""
