"""Who and where: the site, its buildings, zones, devices, meters, tenants, leases and budgets."""
