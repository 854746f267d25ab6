import { Fault } from './fault.ts';

/** What every client of AWS's SDK has. */
interface AwsClient {
  readonly config: { region(): Promise<string> };
  destroy(): void;
}

/**
 * The region that AWS's own variables and files say; an endpoint of somebody's own takes any.
 *
 * @param client made without settings, and ended here
 * @throws Fault `config-invalid` without one where it is needed
 */
export async function findRegion(
  service: string,
  client: AwsClient,
  endpoint: string | undefined,
): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    if (endpoint !== undefined) return 'us-east-1';
    throw new Fault('config-invalid', `No AWS region is set for ${service}`, {
      next: 'Set AWS_REGION, or a region in the AWS profile',
      cause,
    });
  } finally {
    client.destroy();
  }
}
