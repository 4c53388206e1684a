import type { ComponentChildren, TargetedInputEvent } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';

type InputEvent = TargetedInputEvent<HTMLInputElement>;

/** What all inputs have. */
interface InputField {
  readonly id: string;
  readonly value: string;
  readonly onInput: (event: InputEvent) => void;
  readonly required: boolean;
  readonly autoComplete: 'off';
  readonly autoCapitalize: 'off';
  readonly spellcheck: boolean;
  readonly placeholder?: string;
  readonly 'aria-describedby'?: string;
}

/** A field with its label and what to write into it. */
export function TextField({
  label,
  hint,
  value,
  onInput,
  ...more
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'search' | 'password' | 'datetime-local';
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly inputMode?: 'numeric' | 'decimal';
}) {
  const id = useId();
  const field = {
    id,
    value,
    onInput: ({ currentTarget }: InputEvent) => onInput(currentTarget.value),
    required: more.isRequired ?? false,
    autoComplete: 'off',
    autoCapitalize: 'off',
    spellcheck: false,
    ...(more.placeholder === undefined ? {} : { placeholder: more.placeholder }),
    ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Input type={more.type ?? 'text'} inputMode={more.inputMode} field={field} />
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Each type of input takes other attributes. */
function Input({
  type,
  inputMode,
  field,
}: {
  readonly type: 'text' | 'search' | 'password' | 'datetime-local';
  readonly inputMode: 'numeric' | 'decimal' | undefined;
  readonly field: InputField;
}) {
  switch (type) {
    case 'search':
      return <input type="search" {...field} />;
    case 'password':
      return <input type="password" {...field} />;
    case 'datetime-local':
      return <input type="datetime-local" {...field} />;
    case 'text':
      return <input type="text" {...field} {...(inputMode === undefined ? {} : { inputMode })} />;
  }
}

/** One of a few values. */
export function Choice<V extends string>({
  label,
  value,
  values,
  onChange,
}: {
  readonly label: string;
  readonly value: V;
  readonly values: readonly (readonly [value: V, text: string])[];
  readonly onChange: (value: V) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = values[currentTarget.selectedIndex];
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {values.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A form whose submission stays on the page. */
export function Form({
  onSubmit,
  children,
  label,
}: {
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
  readonly label: string;
}) {
  return (
    <form
      class="form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** A value that follows another when that has been still for a while: a search is not sent for each letter. */
export function useSettled(value: string, ms = 250): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
