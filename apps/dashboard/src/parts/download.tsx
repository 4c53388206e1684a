import { useState } from 'preact/hooks';
import { type Failure, failureOf } from '../api/failure.ts';
import { useSession } from '../api/session.ts';
import { FailureNote } from './states.tsx';

/** Downloads a file of the API; the request carries the API key, so it cannot be a plain link. */
export function Download({
  path,
  name,
  label,
}: {
  readonly path: string;
  readonly name: string;
  readonly label: string;
}) {
  const { client } = useSession();
  const [failure, setFailure] = useState<Failure>();
  const [isBusy, setBusy] = useState(false);
  const download = () => {
    setBusy(true);
    setFailure(undefined);
    client
      .download(path)
      .then((blob) => save(blob, name))
      .catch((error: unknown) => setFailure(failureOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy} onClick={download}>
        {label}
      </button>
      {failure !== undefined && <FailureNote failure={failure} />}
    </>
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
