"""Keep what a platform keeps: tickets, orders, money, time, and buyers who act."""
