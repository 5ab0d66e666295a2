"""What flowed → whose it is and how much by hour, day, month and year, as rows. Pure."""
