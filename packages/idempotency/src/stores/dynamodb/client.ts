/** A value in DynamoDB's form. */
export type DynamodbValue = { S: string } | { N: string } | { B: Uint8Array } | { BOOL: boolean };

/** The input of a read. */
export interface DynamodbGet {
  TableName: string;
  Key: Record<string, DynamodbValue>;
  ConsistentRead: boolean;
}

/** The input of a conditional write. */
export interface DynamodbPut {
  TableName: string;
  Item: Record<string, DynamodbValue>;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues?: Record<string, DynamodbValue>;
}

/** The input of a conditional update. */
export interface DynamodbUpdate {
  TableName: string;
  Key: Record<string, DynamodbValue>;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, DynamodbValue>;
  ReturnValues?: 'UPDATED_NEW';
}

/** Sees each response of the service: the store takes the time from it. */
type DynamodbMiddleware = <Input extends object, Output extends object>(
  next: (input: Input) => Promise<Output>,
) => (input: Input) => Promise<Output>;

/** A `DynamoDB` of `@aws-sdk/client-dynamodb`, the client with a method for each operation. */
export interface DynamodbClient {
  getItem(input: DynamodbGet): Promise<{ Item?: object | undefined }>;
  putItem(input: DynamodbPut): Promise<unknown>;
  updateItem(input: DynamodbUpdate): Promise<{ Attributes?: object | undefined }>;
  readonly middlewareStack: {
    add(
      middleware: DynamodbMiddleware,
      options: { step: 'deserialize'; name: string; override: boolean },
    ): void;
  };
}

/** Whether a write was refused because its condition was not met. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
