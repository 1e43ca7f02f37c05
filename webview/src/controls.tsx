/**
 * The one file that imports @vscode/webview-ui-toolkit (archived by its makers): VS Code's controls as React components.
 * To swap the toolkit, give these functions another inside.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import {
  useEffect,
  useRef,
  type DetailedHTMLProps,
  type HTMLAttributes,
  type ReactNode,
  type Ref,
} from "react";

provideVSCodeDesignSystem().register(
  vsCodeBadge(),
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

type ToolkitElement<Extra> = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Extra;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "vscode-badge": ToolkitElement<object>;
      "vscode-button": ToolkitElement<{ appearance?: string; disabled?: boolean }>;
      "vscode-checkbox": ToolkitElement<{ checked?: boolean; disabled?: boolean }>;
      "vscode-dropdown": ToolkitElement<{ disabled?: boolean }>;
      "vscode-option": ToolkitElement<{ value?: string }>;
      "vscode-progress-ring": ToolkitElement<object>;
      "vscode-text-field": ToolkitElement<{
        value?: string;
        placeholder?: string;
        disabled?: boolean;
      }>;
    }
  }
}

export interface Labelled {
  /** Read by screen readers; shown as well unless a heading beside it says the same. */
  readonly label: string;
  readonly testId?: string;
  readonly disabled?: boolean;
}

export function Button(props: {
  readonly children: ReactNode;
  readonly look?: "primary" | "secondary" | "icon";
  readonly onPress: () => void;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly label?: string;
  readonly testId?: string;
  readonly data?: Readonly<Record<`data-${string}`, string>>;
}): ReactNode {
  return (
    <vscode-button
      appearance={props.look ?? "secondary"}
      disabled={props.disabled ?? false}
      title={props.title}
      aria-label={props.label ?? props.title}
      data-testid={props.testId}
      onClick={() => {
        if (props.disabled !== true) props.onPress();
      }}
      {...props.data}
    >
      {props.children}
    </vscode-button>
  );
}

export function TextField(
  props: Labelled & {
    readonly value: string;
    readonly onInput: (value: string) => void;
    readonly placeholder?: string;
    readonly invalid?: boolean;
    readonly describedBy?: string;
    readonly onKeyDown?: (event: React.KeyboardEvent<HTMLElement>) => void;
    readonly className?: string;
    readonly fieldRef?: Ref<HTMLElement>;
  },
): ReactNode {
  return (
    <vscode-text-field
      ref={props.fieldRef}
      className={
        props.invalid === true ? `${props.className ?? ""} invalid` : (props.className ?? "")
      }
      value={props.value}
      placeholder={props.placeholder ?? ""}
      disabled={props.disabled ?? false}
      aria-label={props.label}
      aria-invalid={props.invalid ?? false}
      aria-describedby={props.describedBy}
      data-testid={props.testId}
      onInput={(event: React.InputEvent<HTMLElement>) =>
        props.onInput((event.currentTarget as HTMLInputElement).value)
      }
      onKeyDown={props.onKeyDown}
    />
  );
}

export function Checkbox(
  props: Labelled & { readonly checked: boolean; readonly onChange: (checked: boolean) => void },
): ReactNode {
  const ref = useRef<HTMLElement>(null);
  // The toolkit sets `checked` back from its attribute when it connects, so the property is set once it has.
  useEffect(() => {
    if (ref.current !== null) (ref.current as HTMLInputElement).checked = props.checked;
  }, [props.checked]);
  return (
    <vscode-checkbox
      ref={ref}
      aria-label={props.label}
      data-testid={props.testId}
      disabled={props.disabled ?? false}
      onChange={(event: React.FormEvent<HTMLElement>) => {
        const checked = (event.currentTarget as HTMLInputElement).checked;
        // Setting the property from outside raises the event too: only a person's change counts.
        if (checked !== props.checked) props.onChange(checked);
      }}
    />
  );
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export function Dropdown(
  props: Labelled & {
    readonly value: string;
    readonly choices: readonly Choice[];
    readonly onChange: (value: string) => void;
    readonly className?: string;
  },
): ReactNode {
  const ref = useRef<HTMLElement>(null);
  // A value is taken only once its option is there.
  useEffect(() => {
    if (ref.current !== null) (ref.current as HTMLSelectElement).value = props.value;
  }, [props.value, props.choices]);
  return (
    <vscode-dropdown
      ref={ref}
      className={props.className ?? ""}
      aria-label={props.label}
      data-testid={props.testId}
      disabled={props.disabled ?? false}
      onChange={(event: React.FormEvent<HTMLElement>) => {
        const value = (event.currentTarget as HTMLSelectElement).value;
        if (value !== props.value) props.onChange(value);
      }}
    >
      {props.choices.map((choice) => (
        <vscode-option key={choice.value} value={choice.value}>
          {choice.text}
        </vscode-option>
      ))}
    </vscode-dropdown>
  );
}

export function Busy(props: { readonly label: string }): ReactNode {
  return <vscode-progress-ring aria-label={props.label} />;
}

export function Badge(props: { readonly children: ReactNode }): ReactNode {
  return <vscode-badge>{props.children}</vscode-badge>;
}
