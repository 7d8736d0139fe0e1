from .methods import Method as Method
