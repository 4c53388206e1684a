/** What the views of an agent's page are given. */
export interface AgentView {
  readonly agent: string;
  /** of the balance that is shown */
  readonly asset: string;
  /** how often something was changed on this page */
  readonly changes: number;
  readonly onChanged: () => void;
}
