"""The pages people open, for those without Grafana."""
