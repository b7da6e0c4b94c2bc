"""Parts of the page of repeat reports, one file a part; the page itself is `pages/leadership/repeat_reports.py`."""
