"""What one meter read → what flowed in each step: cleaned, filled, exact. Pure."""
