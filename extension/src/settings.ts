/** The `millrace.*` settings of package.json, as one object. */
import * as vscode from "vscode";

type Protocol = "nats" | "redis" | "mqtt" | "rabbitmq" | "kafka";

export interface Settings {
  readonly autoStart: boolean;
  readonly ports: Readonly<Record<Protocol, number>>;
  readonly terminalEnvironment: boolean;
  readonly codeLens: boolean;
  readonly problems: boolean;
}

/** Defaults are those of package.json; in an untrusted workspace VS Code leaves out what the workspace says of the restricted ones. */
export function readSettings(folder: vscode.WorkspaceFolder): Settings {
  const settings = vscode.workspace.getConfiguration("millrace", folder.uri);
  return {
    autoStart: settings.get("emulator.autoStart", false),
    ports: {
      nats: settings.get("emulator.natsPort", 4222),
      redis: settings.get("emulator.redisPort", 6379),
      mqtt: settings.get("emulator.mqttPort", 1883),
      rabbitmq: settings.get("emulator.rabbitmqPort", 5672),
      kafka: settings.get("emulator.kafkaPort", 9092),
    },
    terminalEnvironment: settings.get("terminal.environment", true),
    codeLens: settings.get("codeLens.enabled", true),
    problems: settings.get("problems.enabled", true),
  };
}
