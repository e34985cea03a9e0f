"""What moto's CloudFormation creates and never deletes."""

from moto.ec2 import ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.iam.models import ManagedPolicy, iam_backends
from moto.utilities.utils import get_partition


def delete_route_table(self, account_id: str, region_name: str) -> None:
    ec2_backends[account_id][region_name].delete_route_table(self.id)


def delete_managed_policy(self, account_id: str, region_name: str) -> None:
    backend = iam_backends[account_id][get_partition(region_name)]
    for role in backend.get_roles():  # CloudFormation detaches it from what it attached it to
        role.managed_policies.pop(self.arn, None)
    backend.delete_policy(self.arn)


def register() -> None:
    for model, delete in ((RouteTable, delete_route_table), (ManagedPolicy, delete_managed_policy)):
        assert not hasattr(model, "delete"), f"moto has learned to delete {model.__name__}: ours can go"
        model.delete = delete
