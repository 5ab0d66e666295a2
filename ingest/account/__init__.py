"""Law 1: what is counted, and the book it is kept in."""
