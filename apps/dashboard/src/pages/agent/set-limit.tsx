import { useState } from 'preact/hooks';
import type { ItemOf } from '../../api/types.ts';
import { useRead } from '../../api/use-read.ts';
import { useWrite } from '../../api/use-write.ts';
import { isPositiveAmount } from '../../core/amount.ts';
import { countsText, isQuantity, levelsOf, maxText, windowText } from '../../core/limit.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Choice, TextField } from '../../parts/fields.tsx';

type Limit = ItemOf<'listLimits'>;

const windows = [
  ['minute', 'Each minute'],
  ['hour', 'Each hour'],
  ['day', 'Each day'],
  ['month', 'Each month'],
  ['lifetime', 'For ever'],
] as const;

const actions = [
  ['refuse', 'Refuse it'],
  ['notify', 'Only report it'],
] as const;

type Whose = 'this' | 'each' | 'all';

/** Sets a limit, or replaces that of the same name. */
export function SetLimit({
  agent,
  limit,
  onChanged,
  onClose,
}: {
  readonly agent: string;
  /** the one that is changed; `undefined` for a new one */
  readonly limit: Limit | undefined;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(limit?.name ?? '');
  const [whose, setWhose] = useState<Whose>(whoseOf(limit));
  const [serviceId, setServiceId] = useState(limit?.serviceId ?? '');
  const [window, setWindow] = useState<Limit['window']>(limit?.window ?? 'day');
  const [max, setMax] = useState(limit?.max.quantity ?? limit?.max.amount ?? '');
  const [asset, setAsset] = useState(limit?.max.asset ?? '');
  const [action, setAction] = useState<Limit['action']>(limit?.action ?? 'refuse');
  const [levels, setLevels] = useState(
    limit === undefined
      ? '80, 100'
      : limit.notifyAt.map((level) => Math.round(level * 1_000) / 10).join(', '),
  );
  const known = useRead('listLimits', { query: { limit: 1_000 } });
  const write = useWrite('putLimit');
  const replaced = known.data?.items.find((one) => one.name === name.trim());
  const notifyAt = levelsOf(levels);
  const isNamed = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/.test(name.trim());
  const isMoney = asset.trim() !== '';
  const isMax = isMoney ? isPositiveAmount(max.trim()) : isQuantity(max.trim());
  const isReady = isNamed && isMax && notifyAt !== undefined;
  const set = () =>
    write.send(
      {
        params: { name: name.trim() },
        body: {
          ...(whose === 'all' ? {} : { agent: whose === 'each' ? '*' : agent }),
          ...(serviceId.trim() === '' ? {} : { serviceId: serviceId.trim() }),
          ...(limit?.apiKeyPrefix == null ? {} : { apiKeyPrefix: limit.apiKeyPrefix }),
          window,
          max: isMoney ? { amount: max.trim(), asset: asset.trim() } : { quantity: max.trim() },
          action,
          notifyAt: [...(notifyAt ?? [])],
        },
      },
      (sent) => {
        if (sent.kind === 'failed') return;
        onClose();
        onChanged();
      },
    );
  return (
    <ActDialog
      title={limit === undefined ? 'Set a limit' : `Change ${limit.name}`}
      act={limit === undefined && replaced === undefined ? 'Set the limit' : 'Replace the limit'}
      write={write}
      isReady={isReady}
      onAct={set}
      onClose={onClose}
    >
      {limit === undefined && (
        <TextField
          label="Name"
          hint="Letters, digits, '.', '_' and '-', such as daily-budget."
          value={name}
          onInput={setName}
          isRequired
        />
      )}
      {limit === undefined && replaced !== undefined && <Replaced limit={replaced} />}
      <Choice
        label="Whose usage counts"
        value={whose}
        values={[
          ['this', `Only ${agent}`],
          ['each', 'Each agent separately'],
          ['all', 'All agents together'],
        ]}
        onChange={setWhose}
      />
      <TextField label="Service" placeholder="All services" value={serviceId} onInput={setServiceId} />
      <div class="inputs-row">
        <TextField
          label="At most"
          hint={isMoney ? `What the usage costs, in ${asset.trim()}.` : 'Requests, or tokens, or units.'}
          value={max}
          onInput={setMax}
          inputMode="decimal"
          isRequired
        />
        <TextField label="Of the asset" placeholder="Counts units" value={asset} onInput={setAsset} />
        <Choice label="Window, in UTC" value={window} values={windows} onChange={setWindow} />
        <Choice label="Beyond it" value={action} values={actions} onChange={setAction} />
      </div>
      <TextField
        label="Report at, in percent"
        hint={
          notifyAt === undefined ? 'Up to five numbers from 0.1 to 100.' : 'An event limit.reached for each.'
        }
        value={levels}
        onInput={setLevels}
      />
    </ActDialog>
  );
}

function Replaced({ limit }: { readonly limit: Limit }) {
  return (
    <p class="note warn" role="status">
      A limit of this name exists, and is replaced: {maxText(limit.max)} {windowText[limit.window]},{' '}
      {countsText(limit)}.
    </p>
  );
}

function whoseOf(limit: Limit | undefined): Whose {
  if (limit === undefined) return 'this';
  if (limit.agent === null) return 'all';
  return limit.agent === '*' ? 'each' : 'this';
}
