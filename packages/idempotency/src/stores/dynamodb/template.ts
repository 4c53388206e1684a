/**
 * A CloudFormation template, as JSON, of the table that a store needs, and of a policy with the rights that it needs:
 * to read and write items, but not to change the table.
 */
export function dynamodbTemplate({ table }: { readonly table: string }): string {
  const resources = {
    IdempotencyTable: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'leavesAt', Enabled: true },
      },
    },
    IdempotencyPolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
              Resource: { 'Fn::GetAtt': ['IdempotencyTable', 'Arn'] },
            },
          ],
        },
      },
    },
  };
  return `${JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources: resources }, undefined, 2)}\n`;
}
