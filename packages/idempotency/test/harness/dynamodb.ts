import { once } from 'node:events';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { dynamodbTemplate } from '../../src/stores/dynamodb.ts';

/** A local server with the protocol of DynamoDB, in this process. */
export interface TestDynamodb {
  readonly endpoint: string;
  newClient(): DynamoDB;
  /** Creates a table like the printed template does. */
  newTable(name?: string): Promise<string>;
  stop(): Promise<void>;
}

const itemKilobytesMax = 400;

export async function startDynamodb(): Promise<TestDynamodb> {
  const server = dynalite({ createTableMs: 0, maxItemSizeKb: itemKilobytesMax });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const clients: DynamoDB[] = [];
  const newClient = () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new DynamoDB({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  return {
    endpoint,
    newClient,
    async newTable(table = `idempotency_${crypto.randomUUID()}`) {
      const template: {
        Resources: { IdempotencyTable: { Properties: Parameters<DynamoDB['createTable']>[0] } };
      } = JSON.parse(dynamodbTemplate({ table }));
      const { TableName, BillingMode, AttributeDefinitions, KeySchema } =
        template.Resources.IdempotencyTable.Properties;
      const client = newClient();
      await client.createTable({ TableName, BillingMode, AttributeDefinitions, KeySchema });
      while ((await client.describeTable({ TableName })).Table?.TableStatus !== 'ACTIVE');
      return table;
    },
    async stop() {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
