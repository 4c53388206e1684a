import type { ComponentChildren } from 'preact';
import type { Operation } from '../api/operations.ts';
import type { Writing } from '../api/use-write.ts';
import { Dialog } from './dialog.tsx';
import { Form } from './fields.tsx';
import { WriteFailure } from './write-failure.tsx';

/**
 * Asks before a write, and sends it. While the outcome is not certain, its fields stay as they are: only the same request
 * finds out.
 */
export function ActDialog({
  title,
  act,
  write: { failure, isWriting, isUncertain },
  isReady = true,
  isDanger = false,
  onAct,
  onClose,
  children,
}: {
  readonly title: string;
  /** what the button says */
  readonly act: string;
  readonly write: Pick<Writing<Operation>, 'failure' | 'isWriting' | 'isUncertain'>;
  readonly isReady?: boolean;
  readonly isDanger?: boolean;
  readonly onAct: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <WriteFailure failure={failure} />
      <Form label={title} onSubmit={onAct}>
        <fieldset class="inputs" disabled={isUncertain || isWriting}>
          {children}
        </fieldset>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${isDanger ? 'danger' : 'primary'}`}
            disabled={!isReady || isWriting}
          >
            {isWriting ? 'Sending…' : act}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
