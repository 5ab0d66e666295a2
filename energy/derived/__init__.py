"""What sensors and loads say of each place: people, air, weather, load; and indicators of them."""
