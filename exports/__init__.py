"""How the week leaves: the weekly snapshot and the comparison of two. A leaf: nothing imports it."""
