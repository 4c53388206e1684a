/** What the views of an agent's page are given. */
export interface AgentView {
  readonly agent: string;
  /** how often something was changed on this page */
  readonly changes: number;
  readonly onChanged: () => void;
}
