"""Consumption to tenants: rules, states, delivery."""
