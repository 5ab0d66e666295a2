"""What staff look at: the built-in page, its HTTP interface, and Grafana as code."""
