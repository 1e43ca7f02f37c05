/**
 * The one file that imports @vscode/webview-ui-toolkit (archived by its makers): VS Code's controls as React components.
 * To swap the toolkit, give these functions another inside.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import {
  useEffect,
  useLayoutEffect,
  useRef,
  type DetailedHTMLProps,
  type HTMLAttributes,
  type ReactNode,
  type RefObject,
} from "react";

provideVSCodeDesignSystem().register(
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
      "vscode-button": ToolkitElement<{ appearance?: string }>;
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

/** Read by screen readers; a heading beside the control says the same to everybody else. */
interface Labelled {
  readonly label: string;
  readonly testId?: string;
}

/** The toolkit puts a label of its own in place of ours when it connects ("Text field"), so ours is set after that. */
function useLabel(label: string | undefined): RefObject<HTMLElement | null> {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (label !== undefined) ref.current?.setAttribute("aria-label", label);
  }, [label]);
  return ref;
}

export function Button(props: {
  readonly children: ReactNode;
  readonly look?: "primary" | "secondary" | "icon";
  readonly onPress: () => void;
  readonly disabled?: boolean;
  readonly title?: string;
  /** Where the content has no words and the title is not their equal. */
  readonly label?: string;
  readonly testId?: string;
}): ReactNode {
  const ref = useLabel(props.label ?? (props.look === "icon" ? props.title : undefined));
  const disabled = props.disabled === true;
  // The toolkit would bring the property to the element a frame later: until then it looks on, and a press is lost.
  useLayoutEffect(() => void ref.current?.toggleAttribute("disabled", disabled), [ref, disabled]);
  return (
    <vscode-button
      ref={ref}
      appearance={props.look ?? "secondary"}
      title={props.title}
      data-testid={props.testId}
      onClick={() => {
        if (!disabled) props.onPress();
      }}
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
  },
): ReactNode {
  const ref = useLabel(props.label);
  return (
    <vscode-text-field
      ref={ref}
      className={props.invalid === true ? "invalid" : ""}
      value={props.value}
      placeholder={props.placeholder ?? ""}
      aria-invalid={props.invalid ?? false}
      data-testid={props.testId}
      onInput={(event: React.InputEvent<HTMLElement>) =>
        props.onInput((event.currentTarget as HTMLInputElement).value)
      }
    />
  );
}

export function Checkbox(
  props: Labelled & { readonly checked: boolean; readonly onChange: (checked: boolean) => void },
): ReactNode {
  const ref = useLabel(props.label);
  // The toolkit sets `checked` back from its attribute when it connects, so the property is set once it has.
  useEffect(() => {
    if (ref.current !== null) (ref.current as HTMLInputElement).checked = props.checked;
  }, [ref, props.checked]);
  return (
    <vscode-checkbox
      ref={ref}
      data-testid={props.testId}
      onChange={(event: React.FormEvent<HTMLElement>) => {
        const checked = (event.currentTarget as HTMLInputElement).checked;
        // Setting the property from outside raises the event too: only a person's change counts.
        if (checked !== props.checked) props.onChange(checked);
      }}
    />
  );
}

interface Choice {
  readonly value: string;
  readonly text: string;
}

export function Dropdown(
  props: Labelled & {
    readonly value: string;
    readonly choices: readonly Choice[];
    readonly onChange: (value: string) => void;
  },
): ReactNode {
  const ref = useLabel(props.label);
  // A value is taken only once its option is there.
  useEffect(() => {
    if (ref.current !== null) (ref.current as HTMLSelectElement).value = props.value;
  }, [ref, props.value, props.choices]);
  return (
    <vscode-dropdown
      ref={ref}
      data-testid={props.testId}
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
  const ref = useLabel(props.label);
  return <vscode-progress-ring ref={ref} />;
}
